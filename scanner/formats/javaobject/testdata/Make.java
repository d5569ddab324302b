import java.io.*; import java.util.*;
public class Make { public static void main(String[] a) throws Exception {
 HashMap<String,Object> m=new HashMap<>(); m.put("weights",new double[]{1,2}); m.put("names",new ArrayList<>(List.of("a")));
 try(ObjectOutputStream o=new ObjectOutputStream(new FileOutputStream(a[0]))){o.writeObject(m);} } }
